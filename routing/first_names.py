"""Frequent first names in France: which word of a name is the first name, and which two first names are two people's.

Each name stands in its most frequent spelling; another spelling of it is recognised by its sound or as a typing error.
"""

_NAMES = """
adele adeline adrien agathe agnes aicha aime alain alban albane albert alex alexandra alexandre alexis alfred ali alice
alicia aline alix alphonse amandine ambre amelie amina anais anatole andre andrea andree ange angele angelique anissa
anita anna annabelle anne annick annie anthony antoine antoinette antonin antonio arlette armand arnaud arthur astrid
aude audrey augustin aurelie aurelien aurore axel axelle aymeric baptiste barbara bastien beatrice benjamin benoit
berenice bernadette bernard bertrand blanche boris brice brigitte bruno camille carine carla carole caroline catherine
cecile cedric celestine celia celine chantal charles charlotte chloe christel christelle christian christiane christine
christophe claire clara clarisse claude claudette claudia claudine clemence clement clementine clotilde colette coline
constance coralie corentin corinne cyril cyrille damien daniel daniela danielle david deborah delphine denis denise
diane didier dimitri dominique dorian dorothee dylan edgar edith edmond edouard elena eleonore elias eliane eliot elisa
elisabeth elise ella elodie eloise elsa emeline emile emilie emilien emma emmanuel emmanuelle enzo eric erika ernest
erwan estelle esther ethan etienne eugene eugenie eva evan eve evelyne fabien fabienne fabio fabrice fadila fanny farid
fatiha fatima fatou felix ferdinand fernand fernande fiona flavie fleur flora florence florent florian florine france
francine francis franck francois francoise fred frederic frederique gabin gabriel gabrielle gael gaelle gaetan gaspard
gaston genevieve geoffroy georges georgette gerald geraldine gerard germain germaine ghislaine gilbert gilberte gilles
gisele giulia gregoire gregory guillaume gustave guy gwenaelle hamid hassan helene henri henriette herve hortense hugo
hugues ibrahim ilyes ines ingrid irene iris isabelle isaac ismael jacky jacqueline jacques jade jamila jean jeanne
jeannine jennifer jeremie jeremy jerome jessica joan joanna jocelyne joel joelle johan johanna jonathan jordan joris
jose josephine josette joseph joshua josiane judith jules julia julie julien julienne juliette justin justine kader
kamel karim karima karine kelly kenza kevin khadija lara laetitia laila laura laure laurence laurent laurie lea leandre
leila lena leo leon leonie leopold liam liliane lilian lilou lina lionel lisa lise loan lola loic lou louane louis
louise louna luc lucas lucette lucie lucien lucienne ludovic lydia lydie mael maelle maeva magali malik manon manuel
marc marcel marcelle marco margaux margot marguerite maria marianne marie marina marine mario marion marius marjorie
marlene martial martin martine maryse mateo mathilde mathieu mathis matteo maud maurice max maxence maxime medhi melanie
melissa mia michel michele micheline mickael mila milo mireille mohamed monique morgane mounir mourad moussa muriel
mustapha myriam nabil nadege nadia nadine naima nathalie nathan nelly nicolas nicole nina ninon noe noel noelle noemie
nora nour odette odile oceane olga olivia olivier omar oscar pablo pascal pascale patrice patricia patrick paul paula
paule paulette pauline pedro perrine philippe philippine pierre pierrette prune quentin rachel rachid raoul raphael
raphaelle raymond raymonde rebecca regine regis remi renaud rene renee richard robert robin rodolphe rodrigue roger
roland rolande romain romane romeo romuald rosa rosalie rose roselyne roxane ryan sabine sabrina sacha said salim salome
samia samir samuel sandra sandrine sara sasha saskia sebastien serge severine sidonie simon simone sofiane solange
solene sonia sophie stephane stephanie steven suzanne sylvain sylvaine sylvette sylvie tania teddy tess thea theo
theophile therese thibault thierry thomas tiago timothee tom tony tristan ugo urbain ursule valentin valentine valerie
vanessa vera veronique vicky victoire victor victoria vincent violaine violette virginie viviane xavier yacine yael
yann yannick yannis yasmine yohan yolande youssef yves yvette yvon yvonne zelie zoe zohra
"""

FIRST_NAMES = frozenset(_NAMES.split())
"""Folded, as `routing.person_names.fold` writes them."""
